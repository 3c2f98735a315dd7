"""What an admin sees of the shop's look before it is published: pages as somebody made up would get them."""

from chalicelib.domain.people.codes import share_url
from chalicelib.domain.program.program import Program
from chalicelib.web.language import spoken
from chalicelib.web.notice import notice_of
from chalicelib.web.pages import Landing, landing_page
from chalicelib.web.share import offer_of

CODE, AMBASSADOR = "MAYA7K3Q", "Maya"


def landing(program: Program, locale: str | None, public_url: str) -> str:
    """Return the page behind a share link."""
    language = spoken([locale or program.locale], program)
    view = Landing(
        shop_name=program.shop_name,
        first_name=AMBASSADOR,
        offer=offer_of(program),
        code=CODE,
        shop_link=program.shop_url,
        share_url=share_url(public_url, CODE),
        image_url=program.share_image_url,
        brand=program.brand,
        notice=notice_of(program, language),
    )
    return landing_page(view, language.tag)
