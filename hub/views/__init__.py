"""Pages: each view reads the request, calls one action or the queries its page shows, and renders."""
