"""Who and what there is, who may do what, and who is signed in."""
