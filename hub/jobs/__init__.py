"""Loops of small actions, run by the worker at their time."""
