curl -X POST "http://127.0.0.1:5000/register_webhooks" \
-H "Content-Type: application/json" \
-d '{
    "university_id": "INST_A",
    "webhook_url": "http://institutiona.edu/api/receive_grade"
}'
####
curl -X POST "http://127.0.0.1:5000/submit_grade" \
-H "Content-Type: application/json" \
-d '{
    "student_id": "123",
    "course_id": "CS101",
    "grade": "A",
    "university_id": "INST_A"
}'
####
curl -X GET "http://127.0.0.1:5000/get_webhooks/INST_A"
