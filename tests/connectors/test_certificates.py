"""Over https, the certificate is checked against the name, though the call goes to an address."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from app.connectors.outgoing import Outgoing
from app.domain.errors import Unreachable
from tests.standin import Asked, Reply, StandIn


class Echo(StandIn):
    """A server that says what it was asked for."""

    def answer(self, asked: Asked) -> Reply:
        return Reply({"path": asked.path})


def to_loopback(*_: object) -> list[str]:
    return ["127.0.0.1"]


def _certificate(folder: Path, name: str) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder(called, called, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "both.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(secret + made.public_bytes(Encoding.PEM))
    return file


def test_the_certificate_must_be_that_of_the_name_though_the_checked_address_is_called(tmp_path: Path) -> None:
    file = _certificate(tmp_path, "sso.example")
    with Echo() as server:
        server.speak_tls(file)

        def trust() -> ssl.SSLContext:
            return ssl.create_default_context(cafile=file)

        hosts = [f"{name}.example:{server.port}" for name in ("sso", "other")]
        calls = Outgoing(hosts, inside=True, resolve=to_loopback, trust=trust)
        assert calls.get_json(f"https://{hosts[0]}/a") == {"path": "/a"}
        with pytest.raises(Unreachable, match="does not answer"):
            calls.get_json(f"https://{hosts[1]}/a")
        with pytest.raises(Unreachable, match="does not answer"):
            Outgoing(hosts, inside=True, resolve=to_loopback).get_json(f"https://{hosts[0]}/a")
        assert server.paths() == ["/a"]
