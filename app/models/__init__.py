"""Tables of the database, and nothing else."""

from app.models.access import ApiToken, LoginSession, User, UserGrant
from app.models.base import Base
from app.models.channels import Channel
from app.models.closing import MonthClosing, NoDataDay
from app.models.facts import FACT_MODELS, Friends, Pushes, Retention, Sales, StockCount, Target
from app.models.history import Change, ChangeBatch, UndoneBatch
from app.models.imports import ImportMapping
from app.models.units import OrgUnit
from app.models.workspace import DataVersion, Setting

__all__ = [
    "FACT_MODELS",
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
    "OrgUnit",
    "Pushes",
    "Retention",
    "Sales",
    "Setting",
    "StockCount",
    "Target",
    "UndoneBatch",
    "User",
    "UserGrant",
]
