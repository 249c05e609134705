"""The fixtures of this directory."""
from fixtures import bus, client, place, root, serve  # noqa: F401
