"""Reading: every SELECT that a page, an action or a job needs. Nothing here writes."""
