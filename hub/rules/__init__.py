"""Pure decisions: data and `now` in, data out. No clock, session or request inside."""
