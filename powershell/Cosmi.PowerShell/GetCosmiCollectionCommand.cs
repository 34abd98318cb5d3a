using System.Management.Automation;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>Shows collections and their offers.</summary>
    [Cmdlet(VerbsCommon.Get, "CosmiCollection", DefaultParameterSetName = AccountSet)]
    [Alias("Get-CosmiContainer")]
    [OutputType("Cosmi.Collection", "System.String")]
    public sealed class GetCosmiCollectionCommand : CosmiDataCmdlet
    {
        /// <summary>The database.</summary>
        [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
        [Alias("DatabaseName")]
        [AllowEmptyString]
        [ArgumentCompleter(typeof(DatabaseCompleter))]
        public string Database { get; set; } = string.Empty;

        /// <summary>The collections' names.</summary>
        [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
        [Alias("Collection", "Container")]
        [AllowEmptyString]
        [ArgumentCompleter(typeof(CollectionCompleter))]
        public string[] Name { get; set; } = System.Array.Empty<string>();

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
            foreach (string name in Name)
            {
                Enqueue(
                    name,
                    (options, stop) => Connection.Native.GetCollectionAsync(account, database, name, options, stop),
                    collection => Write(collection, database, name));
            }
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
