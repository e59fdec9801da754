"""Every setting, read once into one frozen object: defaults, ``coterie.toml``, environment.

Each may be given as ``COTERIE_<NAME>`` in the environment or as ``name = value`` in
``coterie.toml`` inside the data folder; the environment wins. None needs thought to start.
"""

import os
import re
import secrets
import stat
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from coterie.core.clock import zone
from coterie.core.errors import Invalid

MASTER_KEY_BYTES = 32
_PASSWORD_IN_URL = re.compile(r"(://[^:/@]*):.*@")


class Settings(BaseSettings):
    """What an operator may choose. Durations are in the unit that the name says."""

    model_config = SettingsConfigDict(env_prefix="COTERIE_", frozen=True, extra="forbid")

    data: Path = Field(Path("coterie-data"), description="The folder that holds everything.")
    database: str = Field(
        "", description="URL of the operational database; empty: SQLite in the data folder."
    )
    host: str = Field("127.0.0.1", description="Address to listen on; others need an owner.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0: a free one.")
    allowed_hosts: tuple[str, ...] = Field(
        ("127.0.0.1", "localhost", "[::1]"), description="Host headers that are answered."
    )
    public_url: str = Field("", description="How visitors reach this house, for links in messages.")
    secure_cookies: bool = Field(False, description="Send cookies over https only.")
    zone: str = Field("Asia/Shanghai", description="The brand's time zone, fixed when founded.")
    currency: str = Field(
        "CNY", pattern="^[A-Z]{3}$", description="The brand's currency, fixed when founded."
    )
    brand: str = Field("Coterie", description="The brand's name, as messages may use it.")
    language: str = Field(
        "zh", description="The brand's language: what messages speak to whoever told none."
    )
    master_key: str = Field(
        "", description="64 hex digits that seal personal data; empty: a file in the data folder."
    )
    dedup_days: int = Field(30, ge=1, description="How long a message id is remembered.")
    retention_days: int = Field(
        90, ge=1, description="How long the inbox and the quarantine keep raw requests."
    )
    upload_mb: int = Field(
        200, ge=1, description="The largest file that an import takes, in megabytes."
    )
    requests_per_second: int = Field(
        1_000, ge=1, description="Requests of one write key before it is told to slow down."
    )
    request_mb: int = Field(
        128, ge=1, description="Megabytes of requests under way before others are told to wait."
    )
    waiting_events: int = Field(
        5_000_000, ge=1, description="Accepted events that may wait for the road."
    )
    spare_disk_mb: int = Field(
        500, ge=0, description="Megabytes of the disk that the collectors leave alone."
    )
    holdout: int = Field(
        10, ge=0, le=100, description="Percent held out of journeys and invitations by default."
    )
    universal_holdout: int = Field(
        0, ge=0, le=100, description="Percent held out of every touch that is not service."
    )
    approval_above: int = Field(
        1_000, ge=0, description="A broadcast to more people waits for a second account's approval."
    )
    quiet_start: str = Field("22:00", description="When quiet hours begin, in the person's zone.")
    quiet_end: str = Field("08:00", description="When quiet hours end (exclusive).")
    cap_day: int = Field(2, ge=0, description="Touches a day and person, service left out.")
    cap_week: int = Field(10, ge=0, description="Touches in 7 days and person, service left out.")
    caps: tuple[str, ...] = Field(
        (), description='Caps of a channel or a kind: "email 1/day", "commercial 3/7d".'
    )
    interest_floor: float = Field(
        0.0,
        ge=0.0,
        description="The interest in a topic below which nothing commercial about it goes out.",
    )
    smtp_host: str = Field("", description="SMTP server of the e-mail channel; empty: none.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Port of the SMTP server.")
    smtp_sender: str = Field("", description="From address of the e-mail channel.")
    smtp_username: str = Field("", description="User name at the SMTP server; empty: none.")
    smtp_password: str = Field("", description="Password at the SMTP server.")
    smtp_starttls: bool = Field(True, description="Ask the SMTP server for encryption.")
    smtp_connections: int = Field(
        1, ge=1, le=50, description="Letters under way at once; as many may come twice by a crash."
    )
    smtp_return_path: str = Field(
        "", description="Where bounces go, such as bounces+{key}@example.com; empty: the sender."
    )
    smtp_html: bool = Field(True, description="Write each letter as a simple page too.")
    smtp_dkim_key: str = Field(
        "", description="Private key that signs letters, in PEM, or the path of its file."
    )
    smtp_dkim_selector: str = Field("", description="The key's selector in DNS.")
    smtp_dkim_domain: str = Field("", description="The key's domain; empty: the sender's.")
    sms_url: str = Field("", description="Where the SMS provider takes texts; empty: none.")
    sms_sender: str = Field("", description="The number or name that texts come from.")
    sms_country: str = Field("86", description="Country code of numbers written without one.")
    sms_opt_out: str = Field(
        "", description="The line under texts that nobody asked for; {link} is her own page."
    )
    wecom_base_url: str = Field(
        "https://qyapi.weixin.qq.com", description="Where WeCom's API answers; a simulator's, too."
    )
    wecom_corp_id: str = Field("", description="The corporation's id at WeCom; empty: none.")
    wecom_agent_id: str = Field("", description="The number of the app of its own, AgentId.")
    wecom_secret: str = Field("", description="The app's secret.")
    wecom_token: str = Field("", description="The token of the app's API receiver.")
    wecom_aes_key: str = Field("", description="The EncodingAESKey of the app's API receiver.")
    wecom_timeout: float = Field(10, gt=0, le=60, description="Seconds that WeCom may take.")
    wecom_connections: int = Field(
        20, ge=1, le=200, description="Requests to WeCom under way at once in one process."
    )
    wecom_allow_select: bool = Field(
        False,
        description="Let guides leave customers out of a mass send where nobody is held out of it.",
    )
    http_private: bool = Field(
        False, description="Let webhooks and SMS reach private networks, and without encryption."
    )
    http_timeout: float = Field(10, gt=0, le=60, description="Seconds that an answer may take.")
    http_connections: int = Field(
        8, ge=1, le=100, description="Webhooks or texts under way at once."
    )
    secrets: dict[str, str] = Field(
        {}, description="Secrets by the names that channels and nodes use."
    )

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        zone(value)
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  (the names are the library's)
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Look at what was chosen and what ``read`` found in the file, then at the environment."""
        return (init_settings, env_settings)

    @property
    def database_url(self) -> str:
        """The operational database's URL."""
        return self.database or f"sqlite:///{self.data / 'coterie.db'}"


def read(**chosen: Any) -> Settings:
    """Read the settings: what is ``chosen`` (a command's options) wins, None is not chosen.

    Raises Invalid naming the setting that is wrong and where it came from.
    """
    given = {name: value for name, value in chosen.items() if value is not None}
    folder = Path(given.get("data") or os.environ.get("COTERIE_DATA") or "coterie-data")
    file = folder / "coterie.toml"
    from_file = _read_file(file) if file.is_file() else {}
    shadowed = {name for name in from_file if f"COTERIE_{name.upper()}" in os.environ}
    from_file = {name: value for name, value in from_file.items() if name not in shadowed}
    try:
        return Settings(**{**from_file, **given, "data": folder})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise Invalid(
            first["msg"], path=name, hint=f"look at {file}, COTERIE_{name.upper()} and the options"
        ) from error
    except SettingsError as error:
        raise Invalid(f"the environment: {error}", hint="write a list as JSON") from error


def _read_file(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"{file} is not valid TOML: {error}") from error


def master_key(settings: Settings) -> bytes:
    """Return the key that seals personal data: from the settings, else from its file.

    The file ``master.key`` is made on first use, readable by its owner only.
    """
    if settings.master_key:
        return _key(settings.master_key, "COTERIE_MASTER_KEY")
    file = settings.data / "master.key"
    if not file.exists():
        settings.data.mkdir(parents=True, exist_ok=True)
        made = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
        with os.fdopen(made, "w") as out:
            out.write(secrets.token_hex(MASTER_KEY_BYTES))
    return _key(file.read_text().strip(), str(file))


def _key(text: str, origin: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != MASTER_KEY_BYTES:
        raise Invalid(
            f"the master key in {origin} is not {2 * MASTER_KEY_BYTES} hex digits",
            hint="restore it from your backup: without it personal data cannot be read",
        )
    return key


@dataclass(frozen=True)
class Told:
    """One setting as it may be shown: its value, what it is for, and where the value came from.

    ``origin`` is ``default``, ``file`` (coterie.toml), ``environment``, or ``start``: an option of
    the command. The value of a secret is dots, or empty.
    """

    name: str
    value: str
    default: str
    origin: Literal["default", "file", "environment", "start"]
    says: str
    secret: bool

    @property
    def variable(self) -> str:
        """The name that it has in the environment."""
        return f"COTERIE_{self.name.upper()}"


SECRETS = frozenset(
    {
        "master_key", "smtp_password", "smtp_dkim_key", "secrets",
        "wecom_secret", "wecom_token", "wecom_aes_key",
    }
)  # fmt: skip


def told(settings: Settings) -> list[Told]:
    """Tell every setting in the order of their declaration; secrets are never among the words."""
    file = settings.data / "coterie.toml"
    in_file = _read_file(file) if file.is_file() else {}
    return [
        Told(
            name=name,
            value=_shown(name, getattr(settings, name)),
            default=_shown(name, field.default),
            origin=_origin(name, getattr(settings, name), field.default, in_file),
            says=field.description or "",
            secret=name in SECRETS,
        )
        for name, field in Settings.model_fields.items()
    ]


def _origin(
    name: str, value: object, default: object, in_file: dict[str, Any]
) -> Literal["default", "file", "environment", "start"]:
    if f"COTERIE_{name.upper()}" in os.environ:
        return "environment"
    if name in in_file:
        return "file"
    return "default" if value == default else "start"


def _shown(name: str, value: object) -> str:
    if name in SECRETS:
        return "••••••••" if value else ""
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return _PASSWORD_IN_URL.sub(r"\1:••••••••@", str(value))
