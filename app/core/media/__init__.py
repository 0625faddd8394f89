"""Where pictures and recordings are kept: a folder, or a bucket that speaks S3 when several machines serve the shop."""
