-- Who may administer a customer or partner. Whether somebody does now, the stream of the person says.
CREATE TABLE recipient (
    user_id TEXT NOT NULL,
    home_id TEXT NOT NULL,
    PRIMARY KEY (home_id, user_id)
);
