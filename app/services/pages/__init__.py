"""What the pages show: plain frozen objects that services fill and templates read.

No money is ever summed across currencies, so a total is a tuple with one ``Money`` per
currency, largest first. Instants are aware; the template asks the reader's clock for words.
"""

from app.services.pages.around import Nav
from app.services.pages.changes import (
    ChangesPage,
    ChangesView,
    FirstRead,
    NewOnes,
    NewThing,
    ProgramChanges,
    Section,
    Thing,
)
from app.services.pages.first import CARDS, TodayCard, TodayPage
from app.services.pages.listed import Choice, Group, GroupHead, InboxPage, Tab
from app.services.pages.opened import GoalLine, HistoryLine, ItemPage, Own
from app.services.pages.owning import (
    Foreseen,
    Held,
    Part,
    PersonPage,
    RuleForeseen,
    RuleLine,
    RulesPage,
    Unowned,
)
from app.services.pages.parts import Act, Health, Person, Row, SourceLine, Stake, State
from app.services.pages.talk import AttachmentLine, CommentLine, MentionLine
from app.services.pages.views import COUNTED, GROUPS, LISTED, TABS, View

__all__ = [
    "CARDS",
    "COUNTED",
    "GROUPS",
    "LISTED",
    "TABS",
    "Act",
    "AttachmentLine",
    "ChangesPage",
    "ChangesView",
    "Choice",
    "CommentLine",
    "FirstRead",
    "Foreseen",
    "GoalLine",
    "Group",
    "GroupHead",
    "Health",
    "Held",
    "HistoryLine",
    "InboxPage",
    "ItemPage",
    "MentionLine",
    "Nav",
    "NewOnes",
    "NewThing",
    "Own",
    "Part",
    "Person",
    "PersonPage",
    "ProgramChanges",
    "Row",
    "RuleForeseen",
    "RuleLine",
    "RulesPage",
    "Section",
    "SourceLine",
    "Stake",
    "State",
    "Tab",
    "Thing",
    "TodayCard",
    "TodayPage",
    "Unowned",
    "View",
]
