"""Files of whatever system the practice used before, into the landing folder by a declared mapping."""

from ingestion.imports.importing import ImportReport, import_file
from ingestion.imports.mapping import Mapping
from ingestion.imports.validation import load_mapping, shipped_mappings

__all__ = ["ImportReport", "Mapping", "import_file", "load_mapping", "shipped_mappings"]
