"""The section network, and the environment variables that say the same."""

from __future__ import annotations

from pathlib import Path

import pytest
import trustme

from providers.route import Route
from tests.config.samples import ENVIRON, config_of, problems_of

PROXY = "http://proxy.example.com:3128"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "company-ca.pem"))
    return tmp_path


def test_without_a_word_vendors_are_reached_straight() -> None:
    assert config_of("").route == Route()


def test_the_section_says_how_vendors_are_reached(folder: Path) -> None:
    lines = f'[network]\nproxy = "{PROXY}"\nca_file = "company-ca.pem"\nallow_private_addresses = false\n'
    route = config_of(lines, base=folder).route
    assert route == Route(proxy=PROXY, ca_file=str(folder / "company-ca.pem"))
    assert config_of("[network]\nallow_private_addresses = true").route == Route(is_private_allowed=True)


def test_the_usual_variables_count_where_the_section_says_nothing(folder: Path) -> None:
    environ = {
        **ENVIRON,
        "HTTPS_PROXY": "other.example.com:8080",
        "NO_PROXY": "localhost,.example.org",
        "SSL_CERT_FILE": str(folder / "company-ca.pem"),
    }
    route = config_of("", environ=environ).route
    assert route.proxy == "http://other.example.com:8080"
    assert route.no_proxy == "localhost,.example.org"
    assert route.ca_file == str(folder / "company-ca.pem")
    assert config_of(f'[network]\nproxy = "{PROXY}"', environ=environ).route.proxy == PROXY


@pytest.mark.parametrize("proxy", ["https://proxy.example.com", "socks5://127.0.0.1:1080", "http://a:b", ""])
def test_a_wrong_proxy_is_told_without_showing_it(proxy: str) -> None:
    ((path, sentence),) = problems_of(f'[network]\nproxy = "{proxy}"')
    assert path == "network.proxy"
    assert not proxy or proxy not in sentence


def test_a_file_without_certificates_is_told(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    for name in ("ca.pem", "missing.pem"):
        ((path, sentence),) = problems_of(f'[network]\nca_file = "{name}"', base=tmp_path)
        assert path == "network.ca_file"
        assert sentence.startswith(f'"{name}" is not a file of certificates (PEM), seen from the folder')
