"""The IR: one typed SSA form with regions, from the frontend to the emitter."""
