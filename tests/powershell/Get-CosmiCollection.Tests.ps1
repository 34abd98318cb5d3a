BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'Get-CosmiCollection' {
    BeforeEach {
        Reset-Simulator -Simulator $simulator
    }

    It 'has the agreed parameters' {
        Get-ParameterContract -Name Get-CosmiCollection | Should -Be @(
            '-AccountName [String] Account<name'
            '-AsJson [SwitchParameter] All'
            '-Client [Client] All'
            '-Database|DatabaseName [String] All!@0<name'
            '-Endpoint [String] Account Key! ResourceId'
            '-Key [SecureString] Key!'
            '-Name|Collection|Container [String[]] All@1<value<name'
            '-ResourceGroupName|ResourceGroup [String] Account<name'
            '-ResourceId [String] ResourceId!<name'
            '-SubscriptionId [String] Account<name'
            '-TimeoutSec [Int32] All'
        )
    }

    It 'does the whole tutorial in one line' {
        $collection = Get-CosmiCollection -AccountName myaccount -Database Test -Name Test
        $collection.PSObject.TypeNames[0] | Should -Be 'Cosmi.Collection'
        $collection.id | Should -Be 'Test'
        $collection.indexingPolicy.includedPaths[0].path | Should -Be '/*'
        $collection.Name | Should -Be 'Test'
        $collection.Database | Should -Be 'Test'
        $collection.AccountName | Should -Be 'myaccount'
        $collection.Endpoint | Should -Be $simulator.accounts.myaccount.endpoint
        $collection.PartitionKeyPath | Should -Be '/id'
        $collection.Throughput | Should -Be 400
        $collection.MaxThroughput | Should -BeNullOrEmpty
        $collection.OfferAbsence | Should -Be 'Present'
        $collection.Offer.content.offerThroughput | Should -Be 400
        $collection.Timestamp | Should -BeOfType ([System.DateTimeOffset])
        $collection.RequestCharge | Should -BeGreaterThan 0
        $collection.ActivityId | Should -Not -BeNullOrEmpty
        $collection.KeyAccess | Should -Be 'ReadWrite'
    }

    It 'prints with -AsJson what the service sent' {
        $json = Get-CosmiCollection -AccountName myaccount -Database Test -Name Test -AsJson
        $json | Should -BeOfType ([string])
        $json | Should -BeLike '{"collection":{"id":"Test",*},"offer":{"resource":"dbs/*"*}}'
        $document = $json | ConvertFrom-Json
        @($document.PSObject.Properties.Name) | Should -Be @('collection', 'offer')
        $document.offer.content.offerThroughput | Should -Be 400
    }

    It 'works with an endpoint and a read-only key alone' {
        $keys = Get-CosmiAccountKey -SubscriptionId $simulator.subscriptionId -ResourceGroupName rg -AccountName myaccount -Kind ReadOnly
        Clear-SimulatorJournal -Simulator $simulator
        $splat = @{ Endpoint = $simulator.accounts.myaccount.endpoint; Key = $keys[0].Key; Database = 'Test'; Name = 'Test' }
        $json = Get-CosmiCollection @splat -AsJson
        $json | Should -BeLike '*"offerThroughput":400*'
        @((Get-SimulatorJournal -Simulator $simulator).face | Sort-Object -Unique) | Should -Be @('cosmos')
        @(Get-SimulatorJournal -Simulator $simulator).Count | Should -Be 2
    }

    It 'says why there is no offer: <Reason>' -ForEach @(
        @{ Account = 'myaccount'; Database = 'Shared'; Name = 'Orders'; Reason = 'SharedThroughput'; Text = 'shared: 1000 RU/s' }
        @{ Account = 'serverlessaccount'; Database = 'Test'; Name = 'Test'; Reason = 'Serverless'; Text = 'serverless' }
        @{ Account = 'keylessaccount'; Database = 'Test'; Name = 'Test'; Reason = 'LocalAuthDisabled'; Text = 'not told without a key' }
    ) {
        $collection = Get-CosmiCollection -AccountName $Account -Database $Database -Name $Name
        $collection.Offer | Should -BeNullOrEmpty
        $collection.OfferAbsence | Should -Be $Reason
        $collection.ThroughputText | Should -Be $Text
        $collection.Throughput | Should -BeNullOrEmpty
        $json = Get-CosmiCollection -AccountName $Account -Database $Database -Name $Name -AsJson
        $json | Should -BeLike '*"offer":null}'
    }

    It 'shows a collection where keys are turned off, and passes it on to what tells its throughput' {
        $collection = Get-CosmiCollection -AccountName keylessaccount -Database Test -Name Test
        $collection.PartitionKeyPath | Should -Be '/id'
        $collection.Timestamp | Should -BeOfType ([System.DateTimeOffset])
        $collection.RequestCharge | Should -Be 0
        ($collection | Get-CosmiThroughput).RequestUnits | Should -Be 400
        @((Get-SimulatorJournal -Simulator $simulator).face | Sort-Object -Unique) | Should -Be @('arm', 'imds')
    }

    It 'says that keys are turned off where one is given' {
        $splat = @{ Endpoint = $simulator.accounts.keylessaccount.endpoint; Key = (Get-CosmiAccountKey -AccountName keylessaccount)[0].Key; Database = 'Test'; Name = 'Test' }
        $failure = Invoke-Failing { Get-CosmiCollection @splat -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.Forbidden'
        $failure.Category | Should -Be 'PermissionDenied'
        $failure.Message | Should -BeLike '*disableLocalAuth*'
        $failure.Action | Should -BeLike '*give no key*'
    }

    It 'gives the database''s offer where throughput is shared' {
        (Get-CosmiCollection -AccountName myaccount -Database Shared -Name Orders).DatabaseOffer.content.offerThroughput | Should -Be 1000
    }

    It 'shows autoscale and several partition key paths' {
        $collection = Get-CosmiCollection -AccountName myaccount -Database Auto -Name Scaled
        @($collection.PartitionKeyPath) | Should -Be @('/tenant', '/user')
        $collection.MaxThroughput | Should -Be 4000
        $collection.ThroughputText | Should -BeLike '4000 *'
    }

    It 'takes names with blanks, percent signs and letters of all languages' {
        $database = '{0}ben & Mehr' -f [char] 0xDC
        $name = '100% na{0}ve' -f [char] 0xEF
        (Get-CosmiCollection -AccountName myaccount -Database $database -Name $name).id | Should -BeExactly $name
    }

    It 'can be called by the other word' {
        (Get-CosmiContainer -AccountName myaccount -Database Test -Container Test).id | Should -Be 'Test'
        (Get-CosmiCollection -AccountName myaccount -Database Test -Collection Test).id | Should -Be 'Test'
    }

    It 'takes positions, a resource id, and rows of a table' {
        $null = Connect-CosmiAccount -AccountName myaccount
        (Get-CosmiCollection Test Test).id | Should -Be 'Test'
        $id = (Get-CosmiAccount -AccountName myaccount).id
        (Get-CosmiCollection -ResourceId $id -Database Test -Name Test).id | Should -Be 'Test'
        $rows = [pscustomobject]@{ Database = 'D'; Name = 'A' }, [pscustomobject]@{ Database = 'Test'; Name = 'Test' }
        @(($rows | Get-CosmiCollection).Database) | Should -Be @('D', 'Test')
        (Get-CosmiAccount -AccountName myaccount | Get-CosmiCollection -Database Test -Name Test).AccountName | Should -Be 'myaccount'
    }

    It 'keeps what the JSON says under strict mode' {
        Set-StrictMode -Version 3
        $collection = 'C' | Get-CosmiCollection -AccountName myaccount -Database D
        # This one has no partition key.
        $collection.PartitionKeyPath | Should -BeNullOrEmpty
        $collection._ts | Should -BeOfType ([long])
        $collection | Out-String | Should -BeLike '*600 RU/s*'
    }

    It 'says <What>' -ForEach @(
        @{ What = 'that a collection does not exist'; Arguments = @{ AccountName = 'myaccount'; Database = 'Test'; Name = 'Tset' }; Id = 'Cosmi.NotFound'; Category = 'ObjectNotFound'; Message = '*Tset*' }
        @{ What = 'that its database does not exist'; Arguments = @{ AccountName = 'myaccount'; Database = 'Tset'; Name = 'Test' }; Id = 'Cosmi.NotFound'; Category = 'ObjectNotFound'; Message = '*database*' }
        @{ What = 'that keys are refused'; Arguments = @{ AccountName = 'noaccess'; Database = 'Test'; Name = 'Test' }; Id = 'Cosmi.Forbidden'; Category = 'PermissionDenied'; Message = '*readonlykeys*' }
    ) {
        $failure = Invoke-Failing { Get-CosmiCollection @Arguments -ErrorAction Stop }
        $failure.Id | Should -Be $Id
        $failure.Category | Should -Be $Category
        $failure.Target | Should -Be $Arguments.Name
        $failure.Message | Should -BeLike $Message
        $failure.Action | Should -Not -BeNullOrEmpty
    }

    It 'needs an account' {
        $failure = Invoke-Failing { 'A', 'B' | Get-CosmiCollection -Database D }
        $failure.Id | Should -Be 'Cosmi.InvalidArgument'
        $failure.Message | Should -Be 'no account is named'
        $failure.Action | Should -BeLike '*-AccountName*'
    }
}
