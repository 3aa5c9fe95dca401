"""What patients read.

Page, Section and Item are the draft that staff edit. A Revision is a published snapshot of a whole page,
and the only thing patients are ever shown. publishing.py is the way from the one to the other.
"""

from procedures.models.clinician import Clinician
from procedures.models.page import Page
from procedures.models.revision import Revision, RevisionQuerySet, Snapshot
from procedures.models.section import Item, Section

__all__ = ["Clinician", "Item", "Page", "Revision", "RevisionQuerySet", "Section", "Snapshot"]
