"""Pages and pictures for people: what anyone sees who follows a share link."""
