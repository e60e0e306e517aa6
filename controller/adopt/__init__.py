"""A network that truc never wrote -> what it proposes to take over of it, to be reviewed; nothing is taken over here."""
