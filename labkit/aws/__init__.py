"""What AWS answers, and the clients that ask."""
