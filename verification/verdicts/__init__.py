"""What judges are asked and what they may say: flows, questions, verdicts, opinions and the gate."""
