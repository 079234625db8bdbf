"""Tables of the database, and nothing else."""

from app.models.access import ApiToken, LoginSession, OneTimeLink, User, UserGrant, UserIdentity
from app.models.base import Base
from app.models.channels import Channel
from app.models.closing import MonthClosing, NoDataDay
from app.models.facts import FACT_MODELS, Friends, Pushes, Retention, Sales, StockCount, Target
from app.models.history import Change, ChangeBatch, UndoneBatch
from app.models.imports import ImportMapping
from app.models.notes import Note, SavedView
from app.models.rollups import SUMS
from app.models.security import SecurityEntry, Throttle
from app.models.units import OrgUnit
from app.models.workspace import DataVersion, Setting

__all__ = [
    "FACT_MODELS",
    "SUMS",
    "ApiToken",
    "Base",
    "Change",
    "ChangeBatch",
    "Channel",
    "DataVersion",
    "Friends",
    "ImportMapping",
    "LoginSession",
    "MonthClosing",
    "NoDataDay",
    "Note",
    "OneTimeLink",
    "OrgUnit",
    "Pushes",
    "Retention",
    "Sales",
    "SavedView",
    "SecurityEntry",
    "Setting",
    "StockCount",
    "Target",
    "Throttle",
    "UndoneBatch",
    "User",
    "UserGrant",
    "UserIdentity",
]
