"""From Python source to IR: decorators, source text and spans, names, SSA and definite assignment."""
