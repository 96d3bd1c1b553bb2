from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('content', '0031_watch_changes_and_matches'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='watch',
            name='known',
        ),
    ]
