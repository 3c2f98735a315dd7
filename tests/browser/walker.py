"""Somebody who uses a page: by mouse, or by the keyboard alone."""

from playwright.sync_api import Locator, Page

TABS_MAX = 250


class Walker:
    """Finds things as people do, by what they are called, and uses them by mouse or by keyboard."""

    def __init__(self, page: Page, *, keyboard: bool) -> None:
        self.page, self._keyboard = page, keyboard

    def link(self, name: str) -> None:
        """Follow a link."""
        self._press(self._main.get_by_role("link", name=name).first, "Enter")

    def button(self, name: str) -> None:
        """Press a button."""
        self._press(self._main.get_by_role("button", name=name).first, "Enter")

    def tick(self, name: str) -> None:
        """Tick a box, or choose one of several: there the keyboard comes to the one that is chosen, and moves on."""
        box = self._main.get_by_role("checkbox", name=name).or_(self._main.get_by_role("radio", name=name)).first
        if not self._keyboard or box.get_attribute("type") == "checkbox":
            self._press(box, "Space")
            return
        group = box.get_attribute("name")
        self._reach(self._main.locator(f'input[name="{group}"]:checked'))
        for _ in range(TABS_MAX):
            if box.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the keyboard does not choose {name}")

    def open(self, name: str) -> None:
        """Open what is folded away."""
        self._press(self._main.locator("summary", has_text=name).first, "Enter")

    def type(self, label: str, text: str) -> None:
        """Write into a field, in the place of what is there."""
        field = self._field(label)
        self._reach(field)
        if self._keyboard:
            self.page.keyboard.press("Control+a")
            self.page.keyboard.type(text)
        else:
            field.fill(text)

    def choose(self, label: str, option: str) -> None:
        """Choose from a list, by how the choice is called."""
        field = self._field(label)
        self._reach(field)
        if self._keyboard:
            self.page.keyboard.type(option)
        else:
            field.select_option(label=option)

    def sees(self, text: str) -> None:
        """See that a text is on the page."""
        self._main.get_by_text(text).first.wait_for(state="visible", timeout=5000)

    @property
    def _main(self) -> Locator:
        return self.page.locator("main")

    def _field(self, label: str) -> Locator:
        fields = self.page.locator("input:visible, select:visible, textarea:visible")
        return self._main.get_by_label(label).and_(fields).first

    def _press(self, target: Locator, key: str) -> None:
        self._reach(target)
        if self._keyboard:
            self.page.keyboard.press(key)
        else:
            target.click()
        self.page.wait_for_load_state()

    def _reach(self, target: Locator) -> None:
        """Go to something: with the keyboard, from wherever one is, step by step."""
        target.wait_for(state="attached", timeout=5000)
        if not self._keyboard:
            return
        for _ in range(TABS_MAX):
            if target.evaluate("it => it === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {target}")
