"""Does it do what was wanted: two judges that read device texts and know nothing of their author."""
