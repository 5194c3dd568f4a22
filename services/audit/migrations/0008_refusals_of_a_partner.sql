-- What did not succeed among one partner's people is rare: without it all of theirs are looked at.

CREATE INDEX audit_action_not_done_of_partner ON audit_action (partner_id, outcome, occurred_at, idx)
    WHERE outcome <> 'done';
