"""Guests of strangers: where each was found, and what a person reads in it."""
from field import domains_desktop, domains_managed, lines, scripts_cards, scripts_composed, scripts_plain, scripts_untold

GUESTS = [guest for part in (domains_desktop, domains_managed, scripts_plain, scripts_cards, scripts_composed, scripts_untold, lines) for guest in part.GUESTS]
