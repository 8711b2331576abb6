"""Verifiers of the IR: its structure, the placement of tiles, the order of pipes."""
