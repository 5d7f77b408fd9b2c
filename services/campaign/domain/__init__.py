"""The rules of campaigns: pure, over frozen states; time, ids and chance come in as arguments."""
