"""The calendar bridge: answers telli's questions about free time and books appointments, safely."""
