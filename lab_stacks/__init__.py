"""What is deployed: a folder for each lab, and beside them the constructs that labs share."""
