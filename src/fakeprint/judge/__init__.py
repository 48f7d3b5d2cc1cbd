"""Evidence to verdict: combine, calibrate, fuse, abstain.  The only folder where a threshold is applied to an answer."""
