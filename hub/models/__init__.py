"""Every table of the hub. Importing this package makes them known to the metadata."""

from hub.models.feedback import Count, Feedback, Level, Question, Questionnaire, Rating, Touchpoint
from hub.models.people import Account, City, Department, Role
from hub.models.running import AuditEntry, JobRun

__all__ = [
    "Account",
    "AuditEntry",
    "City",
    "Count",
    "Department",
    "Feedback",
    "JobRun",
    "Level",
    "Question",
    "Questionnaire",
    "Rating",
    "Role",
    "Touchpoint",
]
