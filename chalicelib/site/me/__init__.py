"""The ambassador's own pages: `/me`."""

from chalice.app import Response

from chalicelib.edge.call import Call
from chalicelib.edge.forms import Fields
from chalicelib.edge.views import Media, view
from chalicelib.site.me.screens import AREA
from chalicelib.site.screens import act, show

PAGE = {200: Media("text/html")}


@view(PAGE)
def get_me(call: Call) -> Response:
    """Show an ambassador their first page."""
    return show(AREA, call)


@view(PAGE)
def get_my_screen(call: Call, screen: str) -> Response:
    """Show an ambassador a page of theirs."""
    return show(AREA, call, screen)


@view(PAGE, form=Fields)
def post_my_screen(call: Call, form: Fields, screen: str) -> Response:
    """Do what an ambassador asks for on a page."""
    return act(AREA, call, form, screen)


@view(PAGE)
def get_my_subject(call: Call, screen: str, subject: str) -> Response:
    """Show an ambassador a page about one thing of theirs."""
    return show(AREA, call, screen, subject)


@view(PAGE, form=Fields)
def post_my_subject(call: Call, form: Fields, screen: str, subject: str) -> Response:
    """Do what an ambassador asks for on such a page."""
    return act(AREA, call, form, screen, subject)
