"""Every environment variable, in one class."""

from datetime import date, datetime
from functools import lru_cache
from ipaddress import ip_network
from itertools import pairwise
from pathlib import Path
from typing import Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from app.settings_signin import SignInSettings

ROOT = Path(__file__).resolve().parent.parent
"""Where migrations, templates and static files stand."""

MIN_SECRET = 32
FEWEST_CHARACTERS = 10
"""Different ones; 64 hexadecimal digits that are drawn have fewer once in a million times."""
PLACEHOLDERS = ("changeme", "change-me", "change_me", "password", "your-secret", "your_secret", "default")


class Settings(SignInSettings):
    """What an installation can set, by variables named `LUOPAN_` and the field in capitals."""

    model_config = SettingsConfigDict(env_prefix="LUOPAN_", extra="ignore", hide_input_in_errors=True)

    env: Literal["development", "production"] = Field(
        "development", description="production asks for a secret and sends Secure cookies"
    )
    database_url: str = Field(
        default="sqlite:///data/luopan.db", description="SQLAlchemy address: sqlite, postgresql or mariadb"
    )
    secret: SecretStr | None = Field(default=None, description="at least 32 characters; required in production")
    timezone: str = Field(default="Asia/Shanghai", description="where the business day begins and ends")
    session_days: int = Field(default=14, ge=1, le=365, description="days a login lasts")
    busy_seconds: float = Field(default=5, gt=0, le=60, description="how long a write waits for the database")
    max_body_mb: int = Field(default=32, ge=1, le=1024, description="largest request body, in MiB")
    job_seconds: float = Field(default=300, gt=0, le=3600, description="how long an import or an export may take")
    api_rate: int = Field(default=500, ge=0, le=100_000, description="API requests per second and token; 0: no limit")
    cache_mb: int = Field(default=64, ge=0, le=65536, description="memory for finished answers, in MiB; 0: none")
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="least severe log line")
    log_format: Literal["json", "text"] = Field(
        default="json", description="one JSON object a line, or text for people"
    )
    trusted_proxies: str | None = Field(
        default=None, description="addresses or networks, with commas, whose X-Forwarded headers are believed"
    )

    @model_validator(mode="after")
    def _secret_in_production(self) -> Self:
        secret = self.secret.get_secret_value() if self.secret else ""
        if self.env == "production" and len(secret) < MIN_SECRET:
            raise ValueError(f"LUOPAN_SECRET must have at least {MIN_SECRET} characters when LUOPAN_ENV=production")
        if self.env == "production" and is_weak(secret):
            raise ValueError("LUOPAN_SECRET is easy to guess; take the output of: openssl rand -hex 32")
        return self

    @property
    def key(self) -> bytes:
        """The key that session ids are hashed with; a new secret ends all logins."""
        return (self.secret.get_secret_value() if self.secret else "development").encode()

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"there is no time zone {name!r}") from None
        return name

    @field_validator("trusted_proxies")
    @classmethod
    def _known_proxies(cls, named: str | None) -> str | None:
        proxies = [name.strip() for name in (named or "").split(",") if name.strip()]
        for name in proxies:
            try:
                ip_network(name)
            except ValueError:
                raise ValueError(f"{name!r} is neither an address nor a network") from None
        return ",".join(proxies) or None

    def now(self) -> datetime:
        """Return the moment, in the workspace's time zone."""
        return datetime.now(ZoneInfo(self.timezone))

    def today(self) -> date:
        """Return the workspace's business day."""
        return self.now().date()


def is_weak(secret: str) -> bool:
    """Say whether a secret is typed rather than drawn: few characters, a repeated pattern, a row, a known word."""
    repeats = any(secret[period:] == secret[:-period] for period in range(1, len(secret) // 2 + 1))
    steps = [abs(ord(one) - ord(next_)) for one, next_ in pairwise(secret)]
    row = sum(step <= 1 for step in steps) > len(steps) / 2
    return (
        len(set(secret)) < FEWEST_CHARACTERS or repeats or row or any(word in secret.lower() for word in PLACEHOLDERS)
    )


@lru_cache
def load() -> Settings:
    """Return the settings of this process."""
    return Settings()
