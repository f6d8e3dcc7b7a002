"""The decision table: what AWS answers, row by row, written from its documentation; README.md tells the format."""
