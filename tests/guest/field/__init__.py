"""Guests of strangers: where each was found, and what a person reads in it."""
from field import domains_desktop, domains_managed, lines, scripts_composed, scripts_plain

GUESTS = domains_desktop.GUESTS + domains_managed.GUESTS + scripts_plain.GUESTS + scripts_composed.GUESTS + lines.GUESTS
