"""The pages of whoever runs the shop: `/console`."""

from chalice.app import Response

from chalicelib.edge.call import Call
from chalicelib.edge.forms import Fields
from chalicelib.edge.views import Media, view
from chalicelib.site.console.screens import AREA
from chalicelib.site.screens import act, show

PAGE = {200: Media("text/html")}


@view(PAGE)
def get_console(call: Call) -> Response:
    """Show an admin what waits."""
    return show(AREA, call)


@view(PAGE)
def get_console_screen(call: Call, screen: str) -> Response:
    """Show an admin a screen."""
    return show(AREA, call, screen)


@view(PAGE, form=Fields)
def post_console_screen(call: Call, form: Fields, screen: str) -> Response:
    """Do what an admin asks for on a screen."""
    return act(AREA, call, form, screen)


@view(PAGE)
def get_console_subject(call: Call, screen: str, subject: str) -> Response:
    """Show an admin a screen about one thing."""
    return show(AREA, call, screen, subject)


@view(PAGE, form=Fields)
def post_console_subject(call: Call, form: Fields, screen: str, subject: str) -> Response:
    """Do what an admin asks for on such a screen."""
    return act(AREA, call, form, screen, subject)
