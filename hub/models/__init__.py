"""Every table of the hub. Importing this package makes them known to the metadata."""

from hub.models.directory import Guide, GuideText, Office, OfficeHours, Official
from hub.models.discussing import Comment, Discussion, Reaction, Report
from hub.models.duty import AnsweredWords, Case, CaseNote, DeadlineRule, Draft, FollowLink
from hub.models.ending import CaseLink, Forwarding, SharedAnswer, Sharing
from hub.models.feedback import UNKNOWN_HOUR, Count, Feedback, Level, Question, Questionnaire, Rating, Touchpoint
from hub.models.gathering import Gathered, Gathering
from hub.models.going_out import ChannelState, Delivery, DeliveryPart, Dispatch, OptIn, Subscription, Topic
from hub.models.inbox import CaseEntry, Leave, SavedView
from hub.models.locations import CityMap, Location, Street
from hub.models.people import Account, Address, City, Contact, Department, Role
from hub.models.running import AuditEntry, ClockMark, JobRun, Repeat, SearchEntry
from hub.models.templates import Template, TemplateText
from hub.models.terms import AccountSetting, CaseTerm, CaseWarning, StaffLetter, TermRule
from hub.models.words import Attachment, Conversation, Decision, Message, Origin, Revision, Theme

__all__ = [
    "UNKNOWN_HOUR",
    "Account",
    "AccountSetting",
    "Address",
    "AnsweredWords",
    "Attachment",
    "AuditEntry",
    "Case",
    "CaseEntry",
    "CaseLink",
    "CaseNote",
    "CaseTerm",
    "CaseWarning",
    "ChannelState",
    "City",
    "CityMap",
    "ClockMark",
    "Comment",
    "Contact",
    "Conversation",
    "Count",
    "DeadlineRule",
    "Decision",
    "Delivery",
    "DeliveryPart",
    "Department",
    "Discussion",
    "Dispatch",
    "Draft",
    "Feedback",
    "FollowLink",
    "Forwarding",
    "Gathered",
    "Gathering",
    "Guide",
    "GuideText",
    "JobRun",
    "Leave",
    "Level",
    "Location",
    "Message",
    "Office",
    "OfficeHours",
    "Official",
    "OptIn",
    "Origin",
    "Question",
    "Questionnaire",
    "Rating",
    "Reaction",
    "Repeat",
    "Report",
    "Revision",
    "Role",
    "SavedView",
    "SearchEntry",
    "SharedAnswer",
    "Sharing",
    "StaffLetter",
    "Street",
    "Subscription",
    "Template",
    "TemplateText",
    "TermRule",
    "Theme",
    "Topic",
    "Touchpoint",
]
