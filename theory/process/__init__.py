"""The process: a pipeline of linear fits as a record, its text, its normal form, its facts."""
