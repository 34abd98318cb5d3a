using System.Management.Automation;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>Shows collections and their offers, or lists a database's.</summary>
    [Cmdlet(VerbsCommon.Get, "CosmiCollection", DefaultParameterSetName = AccountSet)]
    [Alias("Get-CosmiContainer")]
    [OutputType("Cosmi.Collection", "Cosmi.CollectionResource", "System.String")]
    public sealed class GetCosmiCollectionCommand : CosmiDataCmdlet
    {
        /// <summary>The database.</summary>
        [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
        [Alias("DatabaseName")]
        [AllowEmptyString]
        [ArgumentCompleter(typeof(DatabaseCompleter))]
        [AfterResourceId]
        public string Database { get; set; } = string.Empty;

        /// <summary>The collections' names; without them the database's collections are listed.</summary>
        [Parameter(Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
        [Alias("Collection", "Container")]
        [AllowEmptyString]
        [ArgumentCompleter(typeof(CollectionCompleter))]
        [Names]
        public string[]? Name { get; set; }

        /// <summary>Prints the service's JSON, {"collection":…,"offer":…}, instead of an object.</summary>
        [Parameter]
        public SwitchParameter AsJson { get; set; }

        /// <inheritdoc/>
        protected override void ProcessRecord()
        {
            CosmiAccountReference? account = Account();
            if (account == null)
            {
                return;
            }

            string database = Database;
            if (Name == null || (Name.Length == 1 && IsAccountsOwn(Name[0], AccountName)))
            {
                List(account, database);
                return;
            }

            foreach (string name in Name)
            {
                Enqueue(
                    name,
                    (options, stop) => Connection.Native.GetCollectionAsync(account, database, name, options, stop),
                    collection => Write(collection, database, name));
            }
        }

        /// <summary>By Azure Resource Manager, which needs no key and does not tell offers.</summary>
        private void List(CosmiAccountReference account, string database)
        {
            if (account.Name == null)
            {
                WriteError(Errors.Record(
                    new RefusalException(
                        "collections are listed by the account's name, not by its endpoint and key",
                        "give -AccountName to list them by the machine's identity, or -Name for one collection"),
                    database));
                return;
            }

            Enqueue(
                database,
                (options, stop) => Connection.Native.ListCollectionsAsync(account, database, options, stop),
                found =>
                {
                    Session.Current.Names.Add(NameKind.Database, database);
                    foreach (string json in found.Json)
                    {
                        PSObject collection = ResourceDocument.Collection(json, account, database, null, found.Change);
                        Session.Current.Names.Add(NameKind.Collection, collection.Properties["id"]?.Value as string);
                        WriteObject(AsJson ? (object)json : collection);
                    }
                });
        }

        private void Write(CosmiCollection collection, string database, string name)
        {
            NameCache names = Session.Current.Names;
            names.Add(NameKind.Account, collection.AccountName);
            names.Add(NameKind.Endpoint, collection.Endpoint);
            names.Add(NameKind.Database, database);
            names.Add(NameKind.Collection, name);
            WriteObject(AsJson ? (object)collection.WithOfferJson : Document.Collection(collection, database));
        }
    }
}
