"""How `insert_sync` finds what must be ordered, and with what."""
