BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-CosmiModule

    function New-Document {
        param([string] $TypeName, [string] $Json)
        $document = $Json | ConvertFrom-Json
        $document.PSObject.TypeNames.Insert(0, $TypeName)
        $document
    }
}

Describe 'The members of documents' {
    BeforeAll {
        Set-StrictMode -Version 3
    }

    It 'are null where the document is empty' {
        foreach ($typeName in 'Cosmi.Account', 'Cosmi.Collection') {
            $document = New-Document -TypeName $typeName -Json '{}'
            $members = @($document.PSObject.Properties | Where-Object { $_.MemberType -eq 'CodeProperty' })
            $members.Count | Should -BeGreaterThan 5
            foreach ($member in $members | Where-Object { @('ThroughputText') -notcontains $_.Name }) {
                $member.Value | Should -BeNullOrEmpty -Because $member.Name
            }
        }
        (New-Document -TypeName Cosmi.Collection -Json '{}').ThroughputText | Should -Be 'none found'
    }

    It 'read an account' {
        $account = New-Document -TypeName Cosmi.Account -Json '{"id":"/subscriptions/S/resourceGroups/G/providers/P/databaseAccounts/a","name":"a","properties":{"documentEndpoint":"https://a/"}}'
        $account.AccountName | Should -BeExactly 'a'
        $account.SubscriptionId | Should -BeExactly 'S'
        $account.ResourceGroupName | Should -BeExactly 'G'
        $account.Endpoint | Should -BeExactly 'https://a/'
    }

    It 'have no part of an id that is too short' {
        $account = New-Document -TypeName Cosmi.Account -Json '{"id":"/subscriptions/S"}'
        $account.SubscriptionId | Should -Be 'S'
        $account.ResourceGroupName | Should -BeNullOrEmpty
    }

    It 'tell the capacity mode and the use of keys: <Properties>' -ForEach @(
        @{ Properties = '{}'; Mode = 'Provisioned'; Allowed = $true }
        @{ Properties = '{"capacityMode":"Serverless","disableLocalAuth":false}'; Mode = 'Serverless'; Allowed = $true }
        @{ Properties = '{"capacityMode":"","capabilities":[{"name":"EnableGremlin"},{"name":"enableserverless"}]}'; Mode = 'Serverless'; Allowed = $true }
        @{ Properties = '{"capabilities":[null,{}],"disableLocalAuth":true}'; Mode = 'Provisioned'; Allowed = $false }
        @{ Properties = 'null'; Mode = $null; Allowed = $null }
    ) {
        $account = New-Document -TypeName Cosmi.Account -Json "{`"properties`":$Properties}"
        $account.CapacityMode | Should -Be $Mode
        $account.KeysAllowed | Should -Be $Allowed
    }

    It 'give one partition key path as it is, and several as an array' {
        $one = New-Document -TypeName Cosmi.Collection -Json '{"partitionKey":{"paths":["/id"]}}'
        $one.PartitionKeyPath -is [string] | Should -BeTrue
        $one.PartitionKeyPath | Should -BeExactly '/id'
        $two = New-Document -TypeName Cosmi.Collection -Json '{"partitionKey":{"paths":["/tenant","/user"]}}'
        $two.PartitionKeyPath -is [array] | Should -BeTrue
        $two.PartitionKeyPath | Should -Be @('/tenant', '/user')
        (New-Document -TypeName Cosmi.Collection -Json '{"partitionKey":{"paths":[]}}').PartitionKeyPath | Should -BeNullOrEmpty
    }

    It 'read the time of the last change' {
        $collection = New-Document -TypeName Cosmi.Collection -Json '{"_ts":1592511765}'
        $collection.Timestamp -is [System.DateTimeOffset] | Should -BeTrue
        $collection.Timestamp.UtcDateTime.ToString('s') | Should -Be '2020-06-18T20:22:45'
        (New-Document -TypeName Cosmi.Collection -Json '{"_ts":"soon"}').Timestamp | Should -BeNullOrEmpty
    }

    It 'write times alike in <Culture>' -ForEach @(
        @{ Culture = 'th-TH' }, @{ Culture = 'ar-SA' }, @{ Culture = 'fi-FI' }
    ) {
        $thread = [System.Threading.Thread]::CurrentThread
        $former = $thread.CurrentCulture
        try {
            $thread.CurrentCulture = [System.Globalization.CultureInfo]::GetCultureInfo($Culture)
            $text = (New-Document -TypeName Cosmi.Collection -Json '{"_ts":1592511765}').ChangedText
        }
        finally {
            $thread.CurrentCulture = $former
        }
        $text | Should -BeLike '2020-06-1? ??:??'
    }

    It 'put throughput in words: <Text>' -ForEach @(
        @{ Absence = 'Present'; Offer = '{"content":{"offerThroughput":400}}'; Database = 'null'; Throughput = 400; Maximum = $null; Text = '400 RU/s' }
        @{ Absence = 'Present'; Offer = '{"content":{"offerThroughput":400,"offerAutopilotSettings":{"maxThroughput":4000}}}'; Database = 'null'; Throughput = 400; Maximum = 4000; Text = '4000 RU/s at most (autoscale)' }
        @{ Absence = 'SharedThroughput'; Offer = 'null'; Database = '{"content":{"offerThroughput":1000}}'; Throughput = $null; Maximum = $null; Text = 'shared: 1000 RU/s' }
        @{ Absence = 'Serverless'; Offer = 'null'; Database = 'null'; Throughput = $null; Maximum = $null; Text = 'serverless' }
        @{ Absence = 'NotPermitted'; Offer = 'null'; Database = 'null'; Throughput = $null; Maximum = $null; Text = 'not permitted to see' }
        @{ Absence = 'LocalAuthDisabled'; Offer = 'null'; Database = 'null'; Throughput = $null; Maximum = $null; Text = 'not told without a key' }
        @{ Absence = 'NotFound'; Offer = 'null'; Database = 'null'; Throughput = $null; Maximum = $null; Text = 'none found' }
    ) {
        $collection = New-Document -TypeName Cosmi.Collection -Json "{`"Offer`":$Offer,`"DatabaseOffer`":$Database}"
        Add-Member -InputObject $collection -MemberType NoteProperty -Name OfferAbsence -Value ([Cosmi.Interop.CosmiOfferAbsence] $Absence)
        $collection.Throughput | Should -Be $Throughput
        $collection.MaxThroughput | Should -Be $Maximum
        $collection.ThroughputText | Should -Be $Text
    }

    It 'that only views need are hidden' {
        $account = New-Document -TypeName Cosmi.Account -Json '{"properties":{"disableLocalAuth":true}}'
        $account.KeysText | Should -Be 'off'
        @($account.PSObject.Properties.Name) | Should -Not -Contain 'KeysText'
        @($account | Select-Object -Property '*' | ForEach-Object { $_.PSObject.Properties.Name }) | Should -Not -Contain 'KeysText'
    }

    It 'and views work in constrained language mode' {
        $output = Invoke-Child -Script @"
Import-Module -Name '$env:COSMI_MODULE'
`$collection = [pscustomobject]@{ id = 'c'; _ts = 1592511765; partitionKey = [pscustomobject]@{ paths = @('/a', '/b') }; Offer = `$null; OfferAbsence = 'Serverless'; DatabaseOffer = `$null; Database = 'd'; RequestCharge = 2.5 }
`$collection.PSObject.TypeNames.Insert(0, 'Cosmi.Collection')
`$client = Connect-CosmiAccount
`$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'
Set-StrictMode -Version 3
`$collection.Name, `$collection.ThroughputText -join ' '
`$collection | Out-String -Width 200
`$client | Out-String -Width 200
"@
        $output | Should -BeLike '*c serverless*/a, /b*serverless*2020-06-1*(found out on first use)*(named with each command)*'
    }
}
