"""Pictures, voices and videos the account can send (素材): kept here, and at WeChat under a media_id."""
