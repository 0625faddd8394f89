"""Reading QR codes out of clean pictures: screenshots and saved codes, not photographs."""
