"""Tests of the database itself, with the tables of all rooms."""
