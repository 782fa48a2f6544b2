FLASK_APP=hub.app
