"""The browser of a session, in two words."""

import pytest

from chalicelib.edge.agents import browser_in

GECKO, KIT = "Gecko/20100101", "AppleWebKit/537.36 (KHTML, like Gecko)"

AGENTS = {
    f"Mozilla/5.0 (Android 15; Mobile; rv:140.0) {GECKO} Firefox/140.0": "Firefox, Android",
    f"Mozilla/5.0 (X11; Linux x86_64) {KIT} Chrome/140.0.0.0 Safari/537.36": "Chrome, Linux",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KIT} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0": "Edge, Windows",
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) {KIT} CriOS/140.0 Mobile/15E148 Safari/604.1": (
        "Chrome, iPhone"
    ),
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {KIT} Version/18.0 Safari/605.1.15": "Safari, macOS",
    f"Mozilla/5.0 (Linux; Android 15) {KIT} SamsungBrowser/28.0 Chrome/130.0 Mobile Safari/537.36": (
        "Samsung Internet, Android"
    ),
    "curl/8.5.0": "",
    "": "",
    "Mozilla/5.0 (Windows NT 10.0) <script>": "Windows",
}


@pytest.mark.parametrize("agent", AGENTS)
def test_two_words_stay(agent: str) -> None:
    """What browsers say is read as people call them, and of what is unknown nothing is kept."""
    assert browser_in(agent) == AGENTS[agent]
