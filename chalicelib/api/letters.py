"""Letters, as an admin sees them before anybody gets one."""

import base64
from typing import Annotated, Self

from chalice.app import Response
from msgspec import Meta

from chalicelib import deps
from chalicelib.api.program import Document, as_candidate
from chalicelib.domain.program.brand import EVERYWHERE, PLACEHOLDERS, LetterName
from chalicelib.edge.answers import Answer, json
from chalicelib.edge.call import Call
from chalicelib.edge.fields import Locale, Shape, misfitting
from chalicelib.edge.views import view
from chalicelib.operations.messages.example import NeverSentError, example
from chalicelib.web.mail import Inline, Mail

Base64 = Annotated[str, Meta(extra_json_schema={"contentEncoding": "base64"})]


class NewLetterPreview(Shape):
    """Which letter to show.

    Attributes:
        locale: In which language; the program's own if it says none, or one that the program does not speak.
        variant: Which of the letter's variants to show; null for the usual one.
        program: A whole document, as it would be published. Without one the rules in force count.
    """

    letter: LetterName
    locale: Locale | None = None
    variant: str | None = None
    program: Document | None = None


class LetterPicture(Answer):
    """A picture that a mail brings along.

    Attributes:
        content_id: The name by which its HTML shows it (RFC 2392).
    """

    content_id: str
    content_type: str
    data: Base64

    @classmethod
    def of(cls, picture: Inline) -> Self:
        """Show a picture."""
        return cls(picture.cid, picture.media_type, base64.b64encode(picture.content).decode())


class LetterPreview(Answer):
    """An example of a letter. The people in it are made up; amounts and days are what the program makes of an order.

    Attributes:
        text: The part in plain text.
        html: The part in HTML, with its pictures in it as data, so that a browser shows it as it is.
        html_bytes: How heavy that part is when it is sent. Gmail hides what is beyond 102,000.
        images: What the mail brings along.
        placeholders: What sentences of the shop's own may name in it, in braces.
    """

    subject: str
    text: str
    html: str
    html_bytes: int
    images: list[LetterPicture]
    placeholders: list[str]

    @classmethod
    def of(cls, mail: Mail, letter: LetterName) -> Self:
        """Show a mail."""
        html, images = mail.html, [LetterPicture.of(it) for it in mail.images]
        for it in images:
            html = html.replace(f"cid:{it.content_id}", f"data:{it.content_type};base64,{it.data}")
        named = [*EVERYWHERE, *PLACEHOLDERS[letter]]
        return cls(mail.subject, mail.text, html, len(mail.html.encode()), images, named)


@view({200: LetterPreview}, body=NewLetterPreview)
def post_letter_preview(call: Call, body: NewLetterPreview) -> Response:
    """Show a letter as somebody would get it, in the shop's colours and words. Nothing is sent.

    A `program` that could not be published is refused as a publication would be, and a letter that nobody ever gets
    under these rules at `/letter`.
    """
    call.query()
    program, wrong = as_candidate(body.program) if body.program is not None else (deps.program(), [])
    if program is None:
        raise misfitting(wrong)
    try:
        mail = example(
            program,
            body.letter,
            body.locale,
            body.variant,
            public_url=deps.settings().public_url,
            now=deps.now(),
        )
    except NeverSentError as error:
        raise misfitting([("/letter", f"is never sent by this program: {error}")]) from error
    return json(200, LetterPreview.of(mail, body.letter))
